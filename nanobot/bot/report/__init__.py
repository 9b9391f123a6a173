"""What `/quota report` shows: figures of the ledger as a picture and as a table. `painter` is a program of its own."""
