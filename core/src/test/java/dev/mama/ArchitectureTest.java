package dev.mama;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaAnnotation;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaType;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.sql.Connection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * The arrows within {@code core}: runtime to spi to words, and nobody else's type in its API.
 *
 * <p>Public, so that the leaks at its end are as visible as an API is.
 */
public class ArchitectureTest {

  private static final String WORDS = "dev.mama";
  private static final String SPI = "dev.mama.spi";
  private static final String RUNTIME = "dev.mama.runtime";

  private static final JavaClasses CORE =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .withImportOption(location -> !location.contains("dev/mama/journal/"))
          .importPackages(WORDS);

  private static final ArchRule SIGNATURES =
      classes().should(haveOnlyKnownTypesInTheirSignatures());

  @Test
  void core_hasThreePackages() {
    Set<String> packages = CORE.stream().map(JavaClass::getPackageName).collect(Collectors.toSet());
    assertThat(packages).containsExactlyInAnyOrder(WORDS, SPI, RUNTIME);
  }

  @Test
  void words_dependOnNoOtherPackageOfOurs() {
    noClasses()
        .that()
        .resideInAPackage(WORDS)
        .should()
        .dependOnClassesThat()
        .resideOutsideOfPackages(
            WORDS, "java..", "org.jspecify..", "org.slf4j..", "io.micrometer..", "tools.jackson..")
        .check(CORE);
  }

  @Test
  void spi_dependsOnWordsOnly() {
    noClasses()
        .that()
        .resideInAPackage(SPI)
        .should()
        .dependOnClassesThat()
        .resideOutsideOfPackages(WORDS, SPI, "java..", "org.jspecify..")
        .check(CORE);
  }

  @Test
  void runtime_dependsOnTheJournalBelowIt_andOnNoOtherModule() {
    noClasses()
        .that()
        .resideInAPackage(RUNTIME)
        .should()
        .dependOnClassesThat()
        .resideOutsideOfPackages(
            WORDS,
            SPI,
            RUNTIME,
            "dev.mama.journal",
            "java..",
            "org.jspecify..",
            "org.slf4j..",
            "io.micrometer..")
        .check(CORE);
  }

  @Test
  void json_staysInsidePayload() {
    noClasses()
        .that()
        .doNotHaveFullyQualifiedName(Payload.class.getName())
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("tools.jackson..", "com.fasterxml..")
        .check(CORE);
  }

  @Test
  void signatures_nameOnlyTypesOfOursOfTheJdkOrOfMicrometer() {
    SIGNATURES.check(CORE);
  }

  @Test
  void signatures_foreignType_isNoticedWhereverItStands() {
    for (Class<?> leak :
        List.of(
            LeaksByReturn.class,
            LeaksByGeneric.class,
            LeaksByParameter.class,
            LeaksByException.class,
            LeaksByField.class,
            LeaksBySupertype.class)) {
      var result = SIGNATURES.evaluate(new ClassFileImporter().importClasses(leak));
      assertThat(result.hasViolation()).as(leak.getSimpleName()).isTrue();
    }
  }

  @Test
  void packages_areNullMarked() {
    Set<JavaClass> infos =
        CORE.stream()
            .filter(type -> type.getSimpleName().equals("package-info"))
            .filter(type -> type.isAnnotatedWith(NullMarked.class))
            .collect(Collectors.toSet());
    assertThat(infos)
        .extracting(JavaClass::getPackageName)
        .containsExactlyInAnyOrder(WORDS, SPI, RUNTIME);
  }

  private static ArchCondition<JavaClass> haveOnlyKnownTypesInTheirSignatures() {
    return new ArchCondition<>("have only known types in their signatures") {
      @Override
      public void check(JavaClass type, ConditionEvents events) {
        if (isApi(type)) {
          Stream<JavaType> supertypes =
              Stream.concat(type.getSuperclass().stream(), type.getInterfaces().stream());
          check(type, type.getFullName(), supertypes.flatMap(t -> raw(t)), events);
          type.getMembers().stream()
              .filter(member -> isApi(member.getModifiers()))
              .forEach(member -> check(type, member.getFullName(), signature(member), events));
        }
      }

      private void check(
          JavaClass type, String place, Stream<JavaClass> used, ConditionEvents events) {
        used.map(JavaClass::getBaseComponentType)
            .filter(other -> !isKnown(other))
            .forEach(other ->
                events.add(
                    SimpleConditionEvent.violated(
                        type, "%s shows %s".formatted(place, other.getFullName()))));
      }
    };
  }

  /** Whether code outside sees {@code type}: it and all around it are public or protected. */
  private static boolean isApi(JavaClass type) {
    return isApi(type.getModifiers())
        && type.getEnclosingClass().map(ArchitectureTest::isApi).orElse(true);
  }

  private static boolean isApi(Set<JavaModifier> modifiers) {
    return modifiers.contains(JavaModifier.PUBLIC) || modifiers.contains(JavaModifier.PROTECTED);
  }

  private static Stream<JavaClass> signature(JavaMember member) {
    Stream<JavaClass> thrown =
        member instanceof JavaCodeUnit code ? code.getExceptionTypes().stream() : Stream.of();
    Stream<JavaClass> annotations =
        member.getAnnotations().stream().map(JavaAnnotation::getRawType);
    return Stream.of(member.getAllInvolvedRawTypes().stream(), thrown, annotations)
        .flatMap(types -> types);
  }

  private static Stream<JavaClass> raw(JavaType type) {
    return type.getAllInvolvedRawTypes().stream();
  }

  private static boolean isKnown(JavaClass type) {
    String name = type.getPackageName();
    return type.isPrimitive()
        || (under("java", name) && !under("java.sql", name))
        || under(WORDS, name)
        || under("io.micrometer", name)
        || under("org.jspecify", name);
  }

  private static boolean under(String parent, String name) {
    return name.equals(parent) || name.startsWith(parent + ".");
  }

  public abstract static class LeaksByReturn {
    public abstract JsonNode read();
  }

  public abstract static class LeaksByGeneric {
    public abstract Optional<List<JsonNode>> read();
  }

  public abstract static class LeaksByParameter {
    protected abstract void write(Connection[] to);
  }

  public abstract static class LeaksByException {
    public abstract void write() throws java.sql.SQLException;
  }

  public static class LeaksByField {
    public Optional<JsonNode> node = Optional.empty();
  }

  public abstract static class LeaksBySupertype implements List<JsonNode> {}
}
