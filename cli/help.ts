import { COMMANDS, GLOBAL_OPTIONS, type CommandSpec, type OptionSpec } from './command-list.ts';

function optionLine({ name, short, value, help }: OptionSpec): string {
  const left = `${short === undefined ? '    ' : `-${short}, `}--${name}${value === undefined ? '' : ` ${value}`}`;
  return `  ${left.padEnd(30)} ${help}`;
}

export function commandHelp(command: CommandSpec): string {
  const { name, usage, summary, more, example, options = [] } = command;
  return [
    `underkeep ${name} ${usage}`.trimEnd(),
    '',
    `${summary[0]?.toUpperCase() ?? ''}${summary.slice(1)}.${more === undefined ? '' : ` ${more}`}`,
    '',
    `  ${example}`,
    '',
    ...(options.length > 0 ? ['Options:', ...options.map(optionLine), ''] : []),
    'For every command:',
    ...GLOBAL_OPTIONS.map(optionLine),
    '',
  ].join('\n');
}

export function generalHelp(): string {
  return [
    'Underkeep: an encrypted drive and a private circle of people, over Tor onion services alone.',
    '',
    ...COMMANDS.map(({ name, summary }) => `  ${name.padEnd(10)} ${summary}`),
    '',
    'underkeep COMMAND --help shows options and an example.',
    'Begin with "underkeep up" in one terminal and "underkeep sign-up NAME" in another.',
    '',
    'Exit codes: 0 done, 1 failed, 2 wrong usage, 3 locked, 4 not found, 5 no connection, 6 refused or in conflict, 130 interrupted.',
    '',
  ].join('\n');
}
