import { memoryCarrier } from '../../transport/index.ts';
import { behave, compliance } from './compliance.ts';

compliance('memory carrier', async () => ({
  carrier: memoryCarrier(new Map([['node.test', (request, { connection }) => behave(request, connection)]])),
  base: 'http://node.test',
  refusing: 'http://nobody.test',
  close: async () => {},
})).run();
