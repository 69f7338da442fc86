package dev.bulwark.it.secondfactor;

import com.google.zxing.BinaryBitmap;
import com.google.zxing.ChecksumException;
import com.google.zxing.DecodeHintType;
import com.google.zxing.FormatException;
import com.google.zxing.NotFoundException;
import com.google.zxing.RGBLuminanceSource;
import com.google.zxing.common.GlobalHistogramBinarizer;
import com.google.zxing.qrcode.QRCodeReader;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Base64;
import java.util.Map;
import javax.imageio.ImageIO;

/** Reads a QR code as the camera of a phone does. */
final class QrCode {

  private QrCode() {}

  /** The text in the image of a {@code data:} address. */
  static String text(String dataAddress) {
    try {
      byte[] png =
          Base64.getDecoder().decode(dataAddress.substring(dataAddress.indexOf(',') + 1).trim());
      BufferedImage image = ImageIO.read(new ByteArrayInputStream(png));
      int width = image.getWidth();
      int height = image.getHeight();
      int[] pixels = image.getRGB(0, 0, width, height, null, 0, width);
      BinaryBitmap bitmap =
          new BinaryBitmap(
              new GlobalHistogramBinarizer(new RGBLuminanceSource(width, height, pixels)));
      // A drawing, not a photograph.
      return new QRCodeReader()
          .decode(bitmap, Map.of(DecodeHintType.PURE_BARCODE, Boolean.TRUE))
          .getText();
    } catch (IOException | NotFoundException | ChecksumException | FormatException e) {
      throw new AssertionError("no QR code", e);
    }
  }
}
