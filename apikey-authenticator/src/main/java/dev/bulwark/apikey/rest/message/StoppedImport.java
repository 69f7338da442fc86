package dev.bulwark.apikey.rest.message;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.bulwark.apikey.bulk.ImportReport;
import jakarta.ws.rs.core.Response;

/**
 * The body of the error of an import that ends before its last row. Immutable; no component is
 * null.
 *
 * @param problem the error
 * @param report the result of the rows until then
 */
public record StoppedImport(@JsonUnwrapped ApiError problem, ImportReport report) {

  /**
   * Returns the answer with this error.
   *
   * @param error as in OAuth, in lower case with underscores
   * @param detail what was wrong, for the caller to read
   */
  public static Response response(int status, String error, String detail, ImportReport report) {
    return Response.status(status)
        .type(ApiError.MEDIA_TYPE)
        .entity(new StoppedImport(ApiError.of(status, error, detail), report))
        .build();
  }
}
