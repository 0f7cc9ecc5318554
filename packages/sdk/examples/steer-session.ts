import { agentText, HoldfastClient } from '@holdfast/sdk';

const client = new HoldfastClient({
  baseUrl: process.env['HOLDFAST_URL'] ?? 'http://127.0.0.1:4170',
  token: process.env['HOLDFAST_TOKEN'],
});
const session = await client.createSession({ sessionScope: 'thread' });

const first = await session.prompt('Refactor the parser, step by step.');
const second = await session.steer('Leave it as it is. Only list what you would change.');
for await (const event of session.follow(second)) process.stdout.write(agentText(event));

const { state } = await session.promptOutcome(first.promptId);
console.log(`\n[the first prompt: ${state}]`);

await session.abort({ clearQueue: true, waitMs: 5_000 });
await session.close();
