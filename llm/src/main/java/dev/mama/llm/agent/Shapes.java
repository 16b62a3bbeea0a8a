package dev.mama.llm.agent;

import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Makes a {@link Shape} of a type: records, sealed interfaces of records, enums, text, numbers,
 * booleans, and lists, maps by text and optionals of all these.
 *
 * <p>Confined to the thread that makes one.
 */
final class Shapes {

  private static final double EXACT = 1L << 53;

  /** The records around the one that is being looked at. */
  private final Deque<Class<?>> around = new ArrayDeque<>();

  private boolean anyMap;

  /** A record's constructor. */
  interface Maker {
    /**
     * Makes one of its components' values, in their order.
     *
     * @throws IllegalArgumentException if the record refuses the values
     */
    Object make(Object... values);
  }

  /**
   * The shape of {@code type}.
   *
   * @throws IllegalArgumentException if it, or a part of it, has none; the message names the part
   */
  Shape of(Type type, String where) {
    if (type instanceof ParameterizedType generic) {
      return generic(generic, where);
    }
    if (!(type instanceof Class<?> plain)) {
      throw unknown(type, where);
    }
    if (plain == String.class) {
      return new Shape.Text();
    }
    if (plain == boolean.class || plain == Boolean.class) {
      return new Shape.Truth();
    }
    if (plain == int.class || plain == Integer.class) {
      return new Shape.Numeric(int.class, Integer.MIN_VALUE, Integer.MAX_VALUE);
    }
    if (plain == long.class || plain == Long.class) {
      return new Shape.Numeric(long.class, -EXACT, EXACT);
    }
    if (plain == double.class || plain == Double.class) {
      return new Shape.Numeric(double.class, -Double.MAX_VALUE, Double.MAX_VALUE);
    }
    if (plain == float.class || plain == Float.class) {
      return new Shape.Numeric(float.class, -Float.MAX_VALUE, Float.MAX_VALUE);
    }
    if (plain.isEnum()) {
      var names = new LinkedHashMap<String, Object>();
      for (Object constant : plain.getEnumConstants()) {
        names.put(((Enum<?>) constant).name(), constant);
      }
      return new Shape.Choice(names);
    }
    if (plain.isRecord()) {
      return fields(plain.asSubclass(Record.class), where);
    }
    if (plain.isSealed()) {
      return oneOf(plain, where);
    }
    throw unknown(type, where);
  }

  /** Whether a map was met, which OpenAI's strict schemas do not know. */
  boolean anyMap() {
    return anyMap;
  }

  private Shape generic(ParameterizedType type, String where) {
    Type[] of = type.getActualTypeArguments();
    if (type.getRawType() == List.class) {
      return new Shape.Many(of(of[0], where + "[]"));
    }
    if (type.getRawType() == Optional.class) {
      return new Shape.Perhaps(of(of[0], where));
    }
    if (type.getRawType() == Map.class && of[0] == String.class) {
      anyMap = true;
      return new Shape.Named(of(of[1], where + ".*"));
    }
    throw unknown(type, where);
  }

  private Shape.Fields fields(Class<? extends Record> type, String where) {
    if (around.contains(type)) {
      throw new IllegalArgumentException(
          "%s: %s contains itself, which is not supported; name parts by ids and list them"
              .formatted(where, type.getSimpleName()));
    }
    around.push(type);
    var shapes = new LinkedHashMap<String, Shape>();
    var meanings = new LinkedHashMap<String, String>();
    for (RecordComponent component : type.getRecordComponents()) {
      String name = component.getName();
      shapes.put(name, of(component.getGenericType(), where + "." + name));
      meanings.put(name, meaning(component));
    }
    around.pop();
    return new Shape.Fields(type, meaning(type), shapes, meanings, maker(type));
  }

  private Shape.OneOf oneOf(Class<?> sealed, String where) {
    var records = new ArrayList<Class<? extends Record>>();
    collect(sealed, records, where);
    var byName = new LinkedHashMap<String, Shape.Fields>();
    String tag = "type";
    for (var type : records) {
      Shape.Fields fields = fields(type, where + "." + type.getSimpleName());
      if (byName.put(type.getSimpleName(), fields) != null) {
        throw new IllegalArgumentException(
            "%s: %s permits two records named '%s'; rename one"
                .formatted(where, sealed.getSimpleName(), type.getSimpleName()));
      }
      tag = fields.fields().containsKey(tag) ? "recordType" : tag;
    }
    return new Shape.OneOf(tag, byName);
  }

  private static void collect(Class<?> type, List<Class<? extends Record>> records, String where) {
    if (type.isRecord()) {
      records.add(type.asSubclass(Record.class));
    } else if (type.isSealed()) {
      for (Class<?> permitted : type.getPermittedSubclasses()) {
        collect(permitted, records, where);
      }
    } else {
      throw unknown(type, where);
    }
  }

  private static String meaning(AnnotatedElement element) {
    Meaning meaning = element.getAnnotation(Meaning.class);
    return meaning == null ? "" : meaning.value();
  }

  private static Maker maker(Class<? extends Record> type) {
    Class<?>[] components =
        Arrays.stream(type.getRecordComponents())
            .map(RecordComponent::getType)
            .toArray(Class<?>[]::new);
    Constructor<?> constructor;
    try {
      constructor = type.getDeclaredConstructor(components);
    } catch (NoSuchMethodException e) {
      throw new LinkageError("a record has its canonical constructor", e);
    }
    constructor.setAccessible(true);
    return values -> {
      try {
        return constructor.newInstance(values);
      } catch (InvocationTargetException e) {
        if (e.getCause() instanceof Error error) {
          throw error;
        }
        throw new IllegalArgumentException(
            "%s refuses: %s".formatted(type.getSimpleName(), e.getCause()), e);
      } catch (InstantiationException | IllegalAccessException e) {
        throw new LinkageError("a record can be made", e);
      }
    };
  }

  private static IllegalArgumentException unknown(Type type, String where) {
    return new IllegalArgumentException(
        "%s is a %s, which has no JSON form here; use records, sealed interfaces of records, enums, String, numbers, boolean, List, Map<String, …> or Optional"
            .formatted(where, type.getTypeName()));
  }
}
