import type { Collected, Friend, News, People } from '../social/index.ts';
import type { Agent } from './agent-core.ts';
import { collectNews, described } from './agent-drive.ts';
import type { Handler, Result } from './agent-server.ts';

function newsLine(news: News): Result {
  return news.kind === 'share' ? { kind: news.kind, from: news.from, name: news.entry.name } : { ...news };
}

const newsOf = (collected: Collected | null): Result[] => (collected?.news ?? []).map(newsLine);

/** Answers may have arrived since the last look: look before saying that there is nothing. */
async function afterCollecting<T>(agent: Agent, code: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === code)) throw error;
    await collectNews(agent);
    return work();
  }
}

function friendResult({ name, words, state, waiting }: Friend): Result {
  return { name, words, state, waiting };
}

/** With `collect`, what friends have sent is brought first. */
function peopleHandler(agent: Agent, collect: boolean, work: (people: People, call: Parameters<Handler>[0], news: Result[]) => Promise<Result>): Handler {
  return async (call) => {
    const news = collect ? newsOf(await collectNews(agent)) : [];
    return work(await agent.people(), call, news);
  };
}

export function peopleHandlers(agent: Agent): ReadonlyMap<string, Handler> {
  const now = (work: Parameters<typeof peopleHandler>[2]): Handler => peopleHandler(agent, false, work);
  const afterNews = (work: Parameters<typeof peopleHandler>[2]): Handler => peopleHandler(agent, true, work);
  return new Map<string, Handler>([
    ['contact', now(async (people) => ({ ...await people.contact() }))],
    ['follow', now(async (people, { args }) => friendResult(await people.follow(args.text('who'))))],
    ['accept', now(async (people, { args }) => friendResult(await afterCollecting(agent, 'no-request', () => people.accept(args.text('name')))))],
    ['decline', now(async (people, { args }) => {
      await afterCollecting(agent, 'no-request', () => people.decline(args.text('name')));
      return { declined: true };
    })],
    ['requests', afterNews(async (people, _call, news) => ({ requests: await people.requests(), news }))],
    ['friends', afterNews(async (people, _call, news) => ({ friends: (await people.friends()).map(friendResult), news }))],
    ['shared', afterNews(async (people, _call, news) => {
      const { byMe, withMe } = await people.shared();
      return { byMe, withMe: withMe.map(({ from, entry, gone }) => ({ from, gone, ...described(entry) })), news };
    })],
    ['share', now(async (people, { args }) => ({ shared: described(await afterCollecting(agent, 'not-friends', () => people.share(args.text('path'), args.text('with')))) }))],
    ['unshare', now(async (people, { args }) => {
      await people.unshare(args.text('path'), args.text('with'));
      agent.refreshSoon();
      return { unshared: true };
    })],
    ['link', now(async (people, { args }) => {
      const [password, expires, opens] = [args.maybeText('password'), args.maybeNumber('expires'), args.maybeNumber('opens')];
      return { ...await people.link(args.text('path'), { ...(password === undefined ? {} : { password }), ...(expires === undefined ? {} : { expires }), ...(opens === undefined ? {} : { opens }) }) };
    })],
    ['links', now(async (people) => ({ links: await people.links() }))],
    ['unlink', now(async (people, { args }) => {
      await people.unlink(args.text('link'));
      agent.refreshSoon();
      return { unlinked: true };
    })],
  ]);
}
