/** How long readers of the index are told of an erased session. Source: protocol §4, GET /sessions/events. */
export const keepRemovalsMs = 7 * 24 * 60 * 60 * 1_000;
