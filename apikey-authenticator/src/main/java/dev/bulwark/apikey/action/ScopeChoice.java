package dev.bulwark.apikey.action;

/**
 * A scope to tick, with the accessors that the template language looks for.
 *
 * @param name of the client scope
 * @param description of the client scope, may be empty
 * @param chosen whether it is ticked
 */
public record ScopeChoice(String name, String description, boolean chosen) {

  public String getName() {
    return name;
  }

  public String getDescription() {
    return description;
  }

  public boolean isChosen() {
    return chosen;
  }
}
