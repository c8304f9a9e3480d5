/**
 * Logging that costs a cold start nothing: SLF4J events are kept until the first listeners serve,
 * and then logback is set up and writes them.
 */
@NullMarked
package io.fdgate.gateway.log;

import org.jspecify.annotations.NullMarked;
