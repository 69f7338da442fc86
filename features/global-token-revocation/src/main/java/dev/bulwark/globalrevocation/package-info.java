/**
 * One call ends every session and token of a user (draft-parecki-oauth-global-token-revocation-06).
 */
@NullMarked
package dev.bulwark.globalrevocation;

import org.jspecify.annotations.NullMarked;
