package dev.bulwark.apikey.bulk;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.List;

/**
 * The result of an import.
 *
 * @param rows all of them
 * @param created keys that are new
 * @param unchanged keys that their owners had already
 * @param refused rows that were not taken, each in {@code errors}
 * @param errors in the order of the rows
 */
@JsonPropertyOrder({"rows", "created", "unchanged", "refused", "errors"})
public record ImportReport(
    int rows, int created, int unchanged, int refused, List<RowError> errors) {

  /**
   * A rejected row.
   *
   * @param row its line, from 1
   * @param error the kind of error
   * @param detail what is wrong with it
   */
  @JsonPropertyOrder({"row", "error", "detail"})
  public record RowError(int row, String error, String detail) {}
}
