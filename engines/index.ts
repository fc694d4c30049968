export { nodeEngine } from './node.ts';
