package dev.bulwark.apikey.action;

/**
 * A scope to tick; the template language calls its accessors as methods.
 *
 * @param name of the client scope
 * @param consent the client scope's text on the consent page, may be empty; Keycloak translates one
 *     that names a message, as <code>${scope.tasks.read}</code>
 * @param description of the client scope in one language, may be empty
 * @param chosen whether it is ticked
 */
public record ScopeChoice(String name, String consent, String description, boolean chosen) {}
