/**
 * Hears of users, clients, realms and sessions whose state in the database changes so that tokens
 * die, in the transaction that changes it.
 */
@NullMarked
package dev.bulwark.revocation.entities;

import org.jspecify.annotations.NullMarked;
