/** Which file goes to which option of a command. Pure. */

/**
 * Each file goes to the option that it was chosen for, any other to the next one that is free.
 * @template {{key: number, wanted: string | null}} T
 * @param {T[]} files @param {string[]} options names of those that take a file, in order
 * @returns {Map<string, T>} by name of option; files beyond the options have no place
 */
export function placeFiles(files, options) {
  const placed = new Map();
  for (const file of files) if (file.wanted !== null && options.includes(file.wanted)) placed.set(file.wanted, file);
  const rest = files.filter((file) => ![...placed.values()].includes(file) && !(file.wanted !== null && placed.has(file.wanted)));
  for (const option of options) if (!placed.has(option) && rest.length) placed.set(option, rest.shift());
  return placed;
}
