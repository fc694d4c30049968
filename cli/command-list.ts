/** An option of a command; `short` is one letter. */
export interface OptionSpec {
  readonly name: string;
  readonly short?: string;
  /** What stands for the value in the help; without it the option is a switch. */
  readonly value?: string;
  readonly help: string;
}

export interface CommandSpec {
  readonly name: string;
  /** After the name, in the help. */
  readonly usage: string;
  readonly summary: string;
  readonly more?: string;
  readonly example: string;
  readonly options?: readonly OptionSpec[];
  /** How many arguments, at least and at most. */
  readonly args: readonly [least: number, most: number];
}

const LINK_PASSWORD_FILE: OptionSpec = { name: 'link-password-file', value: 'FILE', help: 'take the password of the link from the first line of FILE ("-" for standard input)' };
const TICK: OptionSpec = { name: 'tick', value: 'SECONDS', help: 'while unlocked, commit at this pace whether there is anything to store or not (60; at least 1); the node sees the pace' };
const FORCE_LOCK: OptionSpec = { name: 'force', short: 'f', help: 'lose what still waits in hidden vaults, without asking' };
const IDLE: OptionSpec = { name: 'idle', value: 'MINUTES', help: 'lock after so long without a command (15)' };

/** What every command takes. */
export const GLOBAL_OPTIONS: readonly OptionSpec[] = [
  { name: 'data', value: 'DIR', help: 'the data folder (UNDERKEEP_DATA, or ~/.local/share/underkeep)' },
  { name: 'node', value: 'URL', help: 'the node to use: http://….onion, http://127.0.0.1:PORT or unix:/path (the data folder\'s own); taken by sign-up, unlock, open' },
  { name: 'socks', value: 'PATH', help: 'tor\'s SOCKS socket or port (that of the data folder\'s node)' },
  { name: 'password-file', value: 'FILE', help: 'take the account\'s password, where one is asked for, from the first line of FILE ("-" for standard input)' },
  { name: 'json', help: 'print one JSON object: the result, or {"error": {code, message}}' },
  { name: 'help', short: 'h', help: 'show this help' },
];

export const COMMANDS: readonly CommandSpec[] = [
  {
    name: 'up', usage: '[--port N] [--join ONION-URL] [--torrc-extra FILE] [--system-tor SOCKS,CONTROL] [--carrier tor|none]', args: [0, 0],
    summary: 'run a node of your own, in the foreground',
    more: 'Without --join the node is the directory of its own network. It ends with Ctrl-C. --json prints its events, one JSON object a line.',
    example: 'underkeep up --join http://<56 characters>.onion',
    options: [
      { name: 'port', value: 'N', help: 'the local door\'s port (8642)' },
      { name: 'join', value: 'ONION-URL', help: 'use the directory of that node' },
      { name: 'torrc-extra', value: 'FILE', help: 'add the lines of FILE to the torrc (bridges, a private network)' },
      { name: 'system-tor', value: 'SOCKS,CONTROL', help: 'use a tor that runs already' },
      { name: 'carrier', value: 'tor|none', help: 'none: reach no other node, be reached by none' },
    ],
  },
  { name: 'invite', usage: '', args: [0, 0], summary: 'make a one-time invitation to an account on your node', example: 'underkeep invite' },
  { name: 'status', usage: '', args: [0, 0], summary: 'show how the node and the agent are', example: 'underkeep status' },
  {
    name: 'sign-up', usage: 'NAME [--login LOGIN] [--invitation FILE]', args: [1, 1],
    summary: 'make an account and its public name, and unlock it',
    more: 'NAME is public; the login name is known to your node alone, and is NAME unless given. A node that is not your own asks for an invitation.',
    example: 'underkeep sign-up alice',
    options: [
      { name: 'login', value: 'LOGIN', help: 'a login name of its own' },
      { name: 'invitation', value: 'FILE', help: 'a file with the invitation that the node\'s keeper gave you' },
      IDLE,
      TICK,
    ],
  },
  { name: 'unlock', usage: 'LOGIN', args: [1, 1], summary: 'unlock an account; an agent holds it until it is locked', example: 'underkeep unlock alice', options: [IDLE, TICK] },
  {
    name: 'lock', usage: '[--force]', args: [0, 0], summary: 'lock: the agent overwrites its keys and ends',
    more: 'While changes still wait in a hidden vault it asks first, or exits with 6 where there is no terminal.', example: 'underkeep lock', options: [FORCE_LOCK],
  },
  {
    name: 'shell', usage: '[--force]', args: [0, 0], summary: 'read commands from a terminal or standard input, one a line; hidden vaults lie at /~, /~2, …',
    more: 'Nothing typed there shows in a list of processes or in the history of a shell. Commands: cd, pwd, ls, put, get, cat, mkdir, mv, cp, rm, vault, lock, exit. At the end it asks while changes wait in a hidden vault; without a terminal it exits with 6 then, unless --force is given.',
    example: 'underkeep shell', options: [FORCE_LOCK],
  },
  {
    name: 'vault', usage: 'add | status | export | cover [1/8|1/4|1/2|1]', args: [1, 2], summary: 'hidden vaults: add one, see what waits, copy out, set the cover',
    more: 'docs/vaults.md says what hidden vaults protect against and what not. Your shell remembers this command; "underkeep shell" does not.',
    example: 'underkeep vault status',
    options: [
      { name: 'own', help: 'add: choose the password yourself, after a warning' },
      { name: 'yes', short: 'y', help: 'cover: change it without asking' },
      { name: 'to', value: 'URL', help: 'export: the node of the new account (the same)' },
      { name: 'invitation', value: 'FILE', help: 'export: a file with that node\'s invitation' },
    ],
  },
  { name: 'whoami', usage: '', args: [0, 0], summary: 'show the unlocked account', example: 'underkeep whoami' },
  {
    name: 'passwd', usage: '[--password-file FILE] [--new-password-file FILE]', args: [0, 0], summary: 'change the password',
    more: 'It goes with the next tick, within a minute. Whoever has the old password and a copy of the node\'s older records can still open what was stored until now.',
    example: 'underkeep passwd',
    options: [{ name: 'new-password-file', value: 'FILE', help: 'take the new password from the first line of FILE' }],
  },
  { name: 'put', usage: 'LOCAL... REMOTE', args: [2, 100_000], summary: 'store files and folders', more: 'After an interruption the same command sends only what had not arrived.', example: 'underkeep put holiday /pictures' },
  {
    name: 'get', usage: 'REMOTE LOCAL', args: [2, 2], summary: 'fetch a file or folder', more: 'After an interruption the same command goes on where it stopped.', example: 'underkeep get /pictures/holiday .',
    options: [{ name: 'force', short: 'f', help: 'replace a file that is there' }],
  },
  { name: 'ls', usage: '[PATH]', args: [0, 1], summary: 'list a folder; /@ holds what friends share', more: 'A path "-" is taken from standard input, here and wherever a command takes a path of the drive.', example: 'underkeep ls -l /@bob', options: [{ name: 'long', short: 'l', help: 'show sizes and times too' }] },
  { name: 'mkdir', usage: 'PATH...', args: [1, 1000], summary: 'make folders', example: 'underkeep mkdir -p /work/2026', options: [{ name: 'parents', short: 'p', help: 'make what is missing on the way; an existing folder is fine' }] },
  { name: 'mv', usage: 'FROM TO', args: [2, 2], summary: 'move or rename', example: 'underkeep mv /draft.txt /work/final.txt' },
  { name: 'cp', usage: 'FROM TO', args: [2, 2], summary: 'copy, without sending the content again', example: 'underkeep cp -r /work /archive', options: [{ name: 'recursive', short: 'r', help: 'copy folders with everything in them' }] },
  { name: 'rm', usage: 'PATH...', args: [1, 1000], summary: 'remove', example: 'underkeep rm -r /work/2019', options: [{ name: 'recursive', short: 'r', help: 'remove folders with everything in them' }] },
  { name: 'cat', usage: 'PATH', args: [1, 1], summary: 'write a file to standard output', example: 'underkeep cat /notes.txt' },
  { name: 'follow', usage: 'NAME-OR-CONTACT-LINK', args: [1, 1], summary: 'ask somebody to be friends', example: 'underkeep follow bob' },
  { name: 'contact', usage: '', args: [0, 0], summary: 'show your contact link, and the words to compare', example: 'underkeep contact' },
  { name: 'requests', usage: '', args: [0, 0], summary: 'list who asks to be friends', example: 'underkeep requests' },
  { name: 'accept', usage: 'NAME', args: [1, 1], summary: 'accept a request', example: 'underkeep accept alice' },
  { name: 'decline', usage: 'NAME', args: [1, 1], summary: 'decline a request', example: 'underkeep decline mallory' },
  { name: 'friends', usage: '', args: [0, 0], summary: 'list friends', example: 'underkeep friends' },
  { name: 'share', usage: 'PATH --with NAME', args: [1, 1], summary: 'share a file or folder with a friend, to read', example: 'underkeep share /pictures --with bob', options: [{ name: 'with', value: 'NAME', help: 'the friend' }] },
  {
    name: 'unshare', usage: 'PATH --with NAME', args: [1, 1], summary: 'take a share back', more: 'The friend keeps what was read, and reads nothing that is added later.',
    example: 'underkeep unshare /pictures --with bob', options: [{ name: 'with', value: 'NAME', help: 'the friend' }],
  },
  { name: 'shared', usage: '', args: [0, 0], summary: 'list what is shared, both ways', example: 'underkeep shared' },
  {
    name: 'link', usage: 'PATH', args: [1, 1], summary: 'make a link that opens a file or folder without an account', example: 'underkeep link /talk.pdf --expires 2026-12-31 --opens 10',
    options: [
      { name: 'password', help: 'ask for a password that the link needs' },
      LINK_PASSWORD_FILE,
      { name: 'expires', value: 'WHEN', help: 'a date (2026-12-31), or so long from now (90m, 12h, 30d)' },
      { name: 'opens', value: 'N', help: 'how often it can be opened' },
    ],
  },
  { name: 'links', usage: '', args: [0, 0], summary: 'list links', example: 'underkeep links' },
  { name: 'unlink', usage: 'ID-OR-PATH', args: [1, 1], summary: 'end a link', example: 'underkeep unlink /talk.pdf' },
  {
    name: 'open', usage: '[LINK LOCAL]', args: [0, 2], summary: 'open the page of your node in the browser; with a link: fetch what it leads to', more: 'The page\'s address is printed too; it can be used once, within ten minutes. LINK may be "-": then it is read from standard input and shows in no list of processes.',
    example: 'underkeep open - . < link.txt', options: [LINK_PASSWORD_FILE, { name: 'force', short: 'f', help: 'replace a file that is there' }],
  },
  {
    name: 'ui', usage: 'verify URL', args: [2, 2], summary: 'compare the page that a node serves with the one of this checkout',
    more: 'A node could tell this check from a browser all the same, and show each another page: it raises the price of cheating, and does not end it.',
    example: 'underkeep ui verify http://<56 characters>.onion',
  },
  {
    name: 'check', usage: '', args: [0, 0], summary: 'verify every signature, proof and block of the account', example: 'underkeep check',
    options: [
      { name: 'quick', help: 'prove that all content is there, and fetch none of it' },
      { name: 'repair', help: 'also remove cells that nothing leads to' },
    ],
  },
];

export function findCommand(name: string): CommandSpec | undefined {
  return COMMANDS.find((command) => command.name === name);
}
