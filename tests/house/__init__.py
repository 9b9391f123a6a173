"""Rules of the house that a machine can hold: layers, imports, errors, files, dependencies and documents."""
