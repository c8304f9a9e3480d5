/**
 * What is served where and what is counted, for people: a page in a browser that stays up to date
 * by server-sent events, a table for curl, JSON for scripts.
 */
@NullMarked
package io.fdgate.protocol.status;

import org.jspecify.annotations.NullMarked;
