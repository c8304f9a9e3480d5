/** The subcommands, by picocli; never loaded on the activation path. */
@NullMarked
package io.fdgate.gateway.cli;

import org.jspecify.annotations.NullMarked;
