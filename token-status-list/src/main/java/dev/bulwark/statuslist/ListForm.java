package dev.bulwark.statuslist;

import jakarta.ws.rs.core.MediaType;
import java.util.List;

/** The two forms in which a list is served (sections 5.1 and 5.2 of the draft). */
enum ListForm {
  /** Signed as a JWT. */
  JWT("statuslist+jwt"),
  /** Signed as a CWT: the list is in it as bytes, so it is smaller. */
  CWT("statuslist+cwt");

  static final String JWT_TYPE = "application/statuslist+jwt";
  static final String CWT_TYPE = "application/statuslist+cwt";

  private static final String TYPE = "application";

  private final String subtype;

  ListForm(String subtype) {
    this.subtype = subtype;
  }

  MediaType mediaType() {
    return new MediaType(TYPE, subtype);
  }

  /**
   * Returns the form that a client prefers: the JWT if it leaves the choice.
   *
   * @param accepted types of the header {@code Accept}, the best first
   */
  static ListForm preferred(List<MediaType> accepted) {
    for (MediaType each : accepted) {
      for (ListForm form : values()) {
        if (each.isCompatible(form.mediaType())) {
          return form;
        }
      }
    }
    return JWT;
  }
}
