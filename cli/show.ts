import type { Fields } from './call.ts';
import { byteCount, durationText, plainText, timeText } from './text.ts';

type Show = (result: Fields, long: boolean) => string[];

const text = (value: unknown): string => plainText(typeof value === 'string' ? value : typeof value === 'number' || typeof value === 'boolean' ? String(value) : '');
const number = (value: unknown): number => (typeof value === 'number' ? value : 0);
const list = (value: unknown): Fields[] => (Array.isArray(value) ? value.filter((item): item is Fields => typeof item === 'object' && item !== null) : []);
const record = (value: unknown): Fields | null => (typeof value === 'object' && value !== null && !Array.isArray(value) ? value as Fields : null);
const words = (value: unknown): string => (Array.isArray(value) ? value.map(text).join(' ') : '');
const plural = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`;

function seconds(result: Fields): string {
  const ms = number(record(result['cost'])?.['ms']);
  return ms < 10_000 ? `${(ms / 1000).toFixed(2)} s` : durationText(ms / 1000);
}

function entryLine(entry: Fields, long: boolean): string {
  const folder = entry['kind'] === 'folder';
  const name = `${text(entry['name'])}${folder ? '/' : ''}`;
  if (!long) return name;
  const marks = [entry['shared'] === true ? 'shared' : '', entry['exposed'] === true ? 'known to a former reader' : ''].filter((mark) => mark !== '').join(', ');
  return `${(folder ? '-' : byteCount(number(entry['size']))).padStart(11)}  ${timeText(number(entry['modified']))}  ${name}${marks === '' ? '' : `  (${marks})`}`;
}

function contactLines(contact: Fields): string[] {
  return [`Link:  ${text(contact['link'])}`, `Words: ${words(contact['words'])}`];
}

function nodeLines(node: Fields | null): string[] {
  if (node === null) return ['Node:  not running; start it with "underkeep up"'];
  const tor = node['carrier'] === 'tor' ? `Tor ${text(node['percent'])} %: ${text(node['summary'])}` : 'no carrier: no other node is reached';
  const reachable = node['reachable'] === true ? ' (reachable)' : node['reachable'] === false ? ' (not reachable yet)' : '';
  return [
    `Node:  ${tor}`,
    ...(typeof node['advice'] === 'string' ? [`       ${text(node['advice'])}`] : []),
    ...(typeof node['onion'] === 'string' ? [`Onion: ${text(node['onion'])}${reachable}`] : []),
    `Store: ${plural(number(node['accounts']), 'account')}, ${byteCount(number(node['bytes']))}`,
    `Directory: ${typeof node['directory'] === 'string' ? text(node['directory']) : 'this node'}`,
  ];
}

function friendLine(friend: Fields): string {
  const state = friend['state'] === 'confirmed' ? 'friend' : friend['state'] === 'requested' ? 'asked, no answer yet' : 'answered, not confirmed yet';
  const waiting = number(friend['waiting']);
  return `${text(friend['name'])}  ${state}${waiting > 0 ? `, ${plural(waiting, 'message')} waiting to be sent` : ''}  ${words(friend['words'])}`;
}

const friendLines: Show = (result) => [friendLine(result)];
const orNone = (lines: string[], none: string): string[] => (lines.length > 0 ? lines : [none]);
const nameList = (value: unknown): string => (Array.isArray(value) && value.length > 0 ? value.map(text).join(', ') : 'nobody');

function linkLine(link: Fields): string {
  const terms = [
    link['password'] === true ? 'password' : '',
    typeof link['expires'] === 'number' ? `until ${timeText(link['expires'] * 1000)}` : '',
    typeof link['opens'] === 'number' ? `opens ${link['opens']} times` : '',
  ].filter((term) => term !== '').join(', ');
  return `${text(link['id'])}  ${text(link['path'])}${terms === '' ? '' : `  (${terms})`}  ${text(link['link'])}`;
}

const SHOWS: ReadonlyMap<string, Show> = new Map<string, Show>([
  ['ls', (result, long) => list(result['entries']).map((entry) => entryLine(entry, long))],
  ['mkdir', () => []],
  ['mv', () => []],
  ['cp', () => []],
  ['rm', () => []],
  ['put', (result) => [
    `Stored ${plural(number(result['files']), 'file')}, ${byteCount(number(result['bytes']))} (${byteCount(number(result['sent']))} sent) in ${seconds(result)}: ${words(result['names'])}`,
  ]],
  ['get', (result) => [`Fetched ${plural(number(result['files']), 'file')}, ${byteCount(number(result['bytes']))} in ${seconds(result)}: ${text(result['path'])}`]],
  ['open', (result) => [typeof result['url'] === 'string' ? text(result['url']) : `Fetched ${plural(number(result['files']), 'file')}, ${byteCount(number(result['bytes']))} in ${seconds(result)}: ${text(result['path'])}`]],
  ['ui', (result) => [`The page is this checkout's: ${plural(number(result['files']), 'file')}, byte for byte.`]],
  ['invite', (result) => [text(result['invitation'])]],
  ['sign-up', (result) => [`The account ${text(result['login'])} is made and unlocked. Its public name is ${text(result['name'])}.`, ...contactLines(result)]],
  ['unlock', (result) => [`Unlocked ${text(result['login'])}. "underkeep lock" locks it.`]],
  ['lock', () => ['Locked.']],
  ['passwd', () => ['The password is changed. The old one still opens older records of the node, for whoever kept them.']],
  ['whoami', (result) => {
    const identity = record(result['identity']);
    return [`Login: ${text(result['login'])}`, ...(identity === null ? ['Name:  none yet; "underkeep sign-up NAME --login LOGIN" takes one'] : [`Name:  ${text(identity['name'])}`, ...contactLines(identity)])];
  }],
  ['contact', (result) => contactLines(result)],
  ['status', (result) => {
    const agent = record(result['agent']);
    const state = agent === null || agent['unlocked'] !== true ? 'locked' : `unlocked for ${text(agent['login'])}, locks after ${text(agent['idleMinutes'])} idle minutes`;
    const condemned = record(agent?.['condemned']);
    return [...nodeLines(record(result['node'])), `Agent: ${state}`, ...(condemned === null ? [] : [`       can only be locked: ${text(condemned['message'])}`]), `Data:  ${text(result['data'])}`];
  }],
  ['follow', friendLines],
  ['accept', friendLines],
  ['decline', () => ['Declined.']],
  ['requests', (result) => orNone(list(result['requests']).flatMap((request) => [
    `${text(request['name'])}  ${timeText(number(request['received']))}  ${words(request['words'])}`,
    ...(typeof request['note'] === 'string' ? [`    "${text(request['note'])}"`] : []),
  ]), 'Nobody asks.')],
  ['friends', (result) => orNone(list(result['friends']).map(friendLine), 'No friends yet; "underkeep follow NAME" asks somebody.')],
  ['share', (result) => [`${text(record(result['shared'])?.['name'])} is shared.`]],
  ['unshare', () => ['No longer shared. What was read stays read; what is added from now on does not reach that person.']],
  ['shared', (result) => orNone([
    ...list(result['byMe']).map((item) => `${text(item['path'])}  with ${nameList(item['with'])}${number(item['links']) > 0 ? `, ${plural(number(item['links']), 'link')}` : ''}`),
    ...list(result['withMe']).map((item) => `/@${text(item['from'])}/${entryLine(item, false)}${item['gone'] === true ? '  (no longer shared)' : ''}`),
  ], 'Nothing is shared.')],
  ['link', (result) => [text(result['link'])]],
  ['links', (result) => orNone(list(result['links']).map(linkLine), 'No links.')],
  ['unlink', () => ['The link leads nowhere now.']],
  ['check', (result) => [
    `${plural(number(result['folders']), 'folder')}, ${plural(number(result['files']), 'file')}, ${plural(number(result['cells']), 'cell')}, ${byteCount(number(result['bytes']))}: ${result['clean'] === true ? 'clean' : 'damaged'}`,
    ...list(result['problems']).map((problem) => `  ${text(problem['code'])}: ${text(problem['path'])}`),
    ...(number(result['orphans']) > 0 ? [`  ${plural(number(result['orphans']), 'cell')} that nothing leads to (harmless)`] : []),
  ]],
]);

/** A result for a person, with a line break at its end where there is anything to say. */
export function show(command: string, result: Fields, long: boolean): string {
  const lines = SHOWS.get(command)?.(result, long) ?? [text(JSON.stringify(result))];
  return lines.map((line) => `${line}\n`).join('');
}
