/** Mails to users about their accounts (ASVS 6.3.5, 6.3.7). */
@NullMarked
package dev.bulwark.it.notify;

import org.jspecify.annotations.NullMarked;
