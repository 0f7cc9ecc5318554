import { type Static, Type } from 'typebox';
import { loose } from './loose.ts';

/** One ACP content block: text, image, audio, resource_link, resource, or a kind yet to come. Source: ACP ContentBlock. */
export const ContentBlock = loose(Type.Object({ type: Type.String() }));
export type ContentBlock = Static<typeof ContentBlock>;

/** What a person sends: at least one block. */
export const PromptContent = Type.Array(ContentBlock, {
  minItems: 1,
  description: 'ACP content blocks, e.g. `[{"type":"text","text":"…"}]`; never empty.',
});
export type PromptContent = Static<typeof PromptContent>;
