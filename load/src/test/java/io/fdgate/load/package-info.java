/** Tests of the load tester against targets that are in this process. */
@NullMarked
package io.fdgate.load;

import org.jspecify.annotations.NullMarked;
