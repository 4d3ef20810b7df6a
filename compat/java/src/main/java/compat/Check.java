package compat;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** Assertions, with the difference in the message. */
public final class Check {
    private static final int SHOWN = 10;

    private Check() {
    }

    public static void that(boolean condition, String what) {
        if (!condition) {
            throw new AssertionError(what);
        }
    }

    public static void equal(Object expected, Object actual, String what) {
        if (!Objects.equals(expected, actual)) {
            throw new AssertionError(what + ": expected " + expected + ", got " + actual);
        }
    }

    /** The same elements the same number of times, in any order. */
    public static <T> void sameElements(Collection<T> expected, Collection<T> actual, String what) {
        Map<T, Integer> difference = new HashMap<>();
        expected.forEach(element -> difference.merge(element, 1, Integer::sum));
        actual.forEach(element -> difference.merge(element, -1, Integer::sum));
        List<T> missing = new ArrayList<>();
        List<T> surplus = new ArrayList<>();
        difference.forEach((element, count) -> {
            if (count != 0) {
                (count > 0 ? missing : surplus).add(element);
            }
        });
        if (!missing.isEmpty() || !surplus.isEmpty()) {
            throw new AssertionError(what + ": " + missing.size() + " missing " + some(missing)
                + ", " + surplus.size() + " too many " + some(surplus));
        }
    }

    public static <T> void containsAll(Collection<T> whole, Collection<T> part, String what) {
        Set<T> missing = new HashSet<>(part);
        missing.removeAll(new HashSet<>(whole));
        if (!missing.isEmpty()) {
            throw new AssertionError(what + ": " + missing.size() + " missing " + some(missing));
        }
    }

    /** Waits until the condition holds; fails after the limit. An exception in the condition counts as false. */
    public static void eventually(String what, long limitSeconds, Callable<Boolean> condition) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(limitSeconds);
        while (true) {
            Exception last = null;
            try {
                if (condition.call()) {
                    return;
                }
            } catch (InterruptedException e) {
                throw e;
            } catch (Exception e) {
                last = e;
            }
            if (System.nanoTime() > deadline) {
                throw new AssertionError("not within " + limitSeconds + " s: " + what, last);
            }
            Thread.sleep(50);
        }
    }

    private static <T> List<T> some(Collection<T> elements) {
        return elements.stream().limit(SHOWN).collect(Collectors.toList());
    }
}
