/**
 * The units and the image as users install them, in a systemd of their own with a rootless Podman:
 * see tests/e2e/rig. {@link io.fdgate.e2e.Rig} boots it, once for all classes, and {@link
 * io.fdgate.e2e.RigExtension} hands it to them and adds the journal to what fails.
 */
@NullMarked
package io.fdgate.e2e;

import org.jspecify.annotations.NullMarked;
