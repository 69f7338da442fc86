package dev.bulwark.it.prose;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.ModifiersTree;
import com.sun.source.util.TreePathScanner;
import com.sun.source.util.Trees;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import javax.lang.model.element.Modifier;
import org.jspecify.annotations.Nullable;

/** The Javadoc of public types and methods, as Markdown: code in backticks, a tag as an item. */
final class PublicJavadoc extends TreePathScanner<@Nullable Void, List<String>> {

  private static final Pattern INLINE = Pattern.compile("\\{@\\w+\\s+[^}]*}");
  private static final Pattern TAG =
      Pattern.compile("(?m)^\\s*@(?:param\\s+\\S+|throws\\s+\\S+|\\w+)\\s*");

  private final Trees trees;

  private PublicJavadoc(Trees trees) {
    this.trees = trees;
  }

  /** Returns the text of each comment. */
  static List<String> of(JavaSources sources) {
    List<String> texts = new ArrayList<>();
    PublicJavadoc scanner = new PublicJavadoc(sources.trees());
    sources.units().forEach(unit -> scanner.scan(unit, texts));
    return texts;
  }

  @Override
  public @Nullable Void visitClass(ClassTree type, List<String> texts) {
    add(type.getModifiers(), texts);
    return super.visitClass(type, texts);
  }

  @Override
  public @Nullable Void visitMethod(MethodTree method, List<String> texts) {
    add(method.getModifiers(), texts);
    return super.visitMethod(method, texts);
  }

  private void add(ModifiersTree modifiers, List<String> texts) {
    String comment = trees.getDocComment(getCurrentPath());
    if (comment != null && modifiers.getFlags().contains(Modifier.PUBLIC)) {
      String text = INLINE.matcher(comment).replaceAll("`code`");
      text = TAG.matcher(text).replaceAll("\n- ");
      texts.add(text.replaceAll("(?m)^ ", "").replaceAll("<[^>]+>", "\n\n"));
    }
  }
}
