/** The TOML file, read and checked as a whole into immutable values. Faults carry file and line. */
@NullMarked
package io.fdgate.gateway.config;

import org.jspecify.annotations.NullMarked;
