/**
 * Mails to users about changes of their passwords, second factors and API keys, about breached
 * passwords, and about logins from new devices (ASVS 6.3.5, 6.3.7; spec P10, K10).
 */
@NullMarked
package dev.bulwark.notify;

import org.jspecify.annotations.NullMarked;
