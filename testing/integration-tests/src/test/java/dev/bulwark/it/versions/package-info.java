/**
 * One jar in several versions of Keycloak; {@code testing/integration-tests/matrix} runs it in
 * each.
 */
@NullMarked
package dev.bulwark.it.versions;

import org.jspecify.annotations.NullMarked;
