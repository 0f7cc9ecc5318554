import { styleText } from 'node:util';

export type Style = 'dim' | 'bold' | 'red' | 'yellow' | 'green';

/** Colours a text where that is wanted. */
export type Paint = (style: Style, text: string) => string;

/** Colours for a stream: none where it is no terminal or NO_COLOR is set. */
export const paintFor =
  (stream: NodeJS.WriteStream): Paint =>
  (style, text) =>
    styleText(style, text, { stream });

/** No colours at all. */
export const plain: Paint = (_style, text) => text;
