import { parseName } from '../wire/index.ts';
import type { Agent } from './agent-core.ts';
import type { Call, Handler, Result } from './agent-server.ts';
import { untilTick } from './agent-vault.ts';
import { CliError } from './exit.ts';

async function signUp(agent: Agent, { args, signal }: Call): Promise<Result> {
  const name = args.text('name');
  const login = args.maybeText('login') ?? name;
  parseName(name);
  // After a public name turned out to be taken, the account is there already and only wants another name.
  if (!(agent.unlocked && agent.session.login === login)) await agent.signUp(login, args.text('password'), args.maybeText('invitation') ?? null, signal);
  try {
    const people = await agent.people();
    return { login, ...await people.createIdentity(parseName(name)) };
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'name-taken') {
      throw new CliError('name-taken', `The public name ${name} is taken. The account is made and unlocked; choose another name for it with "underkeep sign-up OTHER-NAME --login ${login}".`);
    }
    throw error;
  }
}

export function accountHandlers(agent: Agent): ReadonlyMap<string, Handler> {
  return new Map<string, Handler>([
    ['sign-up', (call) => signUp(agent, call)],
    ['unlock', async ({ args, signal }) => {
      const session = await agent.unlock(args.text('login'), args.text('password'), signal);
      return { login: session.login, created: await session.created() };
    }],
    ['whoami', async () => {
      const { session } = agent;
      const identity = await (await agent.people()).identity();
      return { login: session.login, identity, created: await session.created() };
    }],
    ['passwd', async (call) => {
      const { args } = call;
      await untilTick(agent, call, () => agent.session.changePassword(args.text('current'), args.text('next')));
      return { changed: true };
    }],
  ]);
}
