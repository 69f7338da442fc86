/** Auto-configuration of the revocation checker in Spring Boot. */
@NullMarked
package dev.bulwark.boot.revocation;

import org.jspecify.annotations.NullMarked;
