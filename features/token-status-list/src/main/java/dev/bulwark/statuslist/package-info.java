/**
 * Token Status Lists (draft-ietf-oauth-status-list): which tokens are revoked, for applications
 * that do not reach Redis.
 */
@NullMarked
package dev.bulwark.statuslist;

import org.jspecify.annotations.NullMarked;
