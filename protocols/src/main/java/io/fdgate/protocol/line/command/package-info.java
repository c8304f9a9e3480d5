/** The built-in commands of the line protocol, one a file. */
@NullMarked
package io.fdgate.protocol.line.command;

import org.jspecify.annotations.NullMarked;
