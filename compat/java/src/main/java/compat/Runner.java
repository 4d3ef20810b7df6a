package compat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Runs shared cases side by side, then exclusive ones one after the other. Prints
 * {@code @case NAME pass|skip|fail MILLISECONDS REASON} for each, line ends in the reason written as {@code \n}.
 */
final class Runner {
    private static final int SIDE_BY_SIDE = 6;
    private static final long LIMIT_SECONDS = 100;

    private final Settings settings;
    private boolean passed = true;

    Runner(Settings settings) {
        this.settings = settings;
    }

    boolean run(List<Case> cases) throws InterruptedException {
        System.out.println("@cases " + cases.size());
        ExecutorService pool = Executors.newFixedThreadPool(SIDE_BY_SIDE);
        List<Future<?>> results = new ArrayList<>();
        for (Case c : cases) {
            if (!c.exclusive) {
                results.add(pool.submit(() -> runOne(c)));
            }
        }
        for (Future<?> result : results) {
            join(result);
        }
        pool.shutdown();
        for (Case c : cases) {
            if (c.exclusive) {
                runOne(c);
            }
        }
        return passed;
    }

    private void runOne(Case c) {
        long startNanos = System.nanoTime();
        ExecutorService thread = Executors.newSingleThreadExecutor(task -> {
            Thread worker = new Thread(task, "case-" + c.name);
            worker.setDaemon(true);
            return worker;
        });
        String outcome;
        try (Context context = new Context(settings, c.name)) {
            Future<?> result = thread.submit(() -> {
                c.body.run(context);
                return null;
            });
            result.get(LIMIT_SECONDS, TimeUnit.SECONDS);
            outcome = "pass";
        } catch (TimeoutException e) {
            outcome = "fail not done after " + LIMIT_SECONDS + " s";
        } catch (Throwable e) {
            outcome = outcomeOf(e.getCause() == null ? e : e.getCause());
        }
        thread.shutdownNow();
        print(c.name, outcome, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos));
    }

    private static String outcomeOf(Throwable e) {
        if (e instanceof SkippedException) {
            return "skip " + e.getMessage();
        }
        StringWriter trace = new StringWriter();
        e.printStackTrace(new PrintWriter(trace));
        return "fail " + trace;
    }

    private synchronized void print(String name, String outcome, long millis) {
        String[] parts = outcome.split(" ", 2);
        String reason = parts.length > 1 ? parts[1].replace("\\", "\\\\").replace("\n", "\\n") : "";
        passed &= !parts[0].equals("fail");
        System.out.println("@case " + name + " " + parts[0] + " " + millis + " " + reason);
    }

    private static void join(Future<?> result) throws InterruptedException {
        try {
            result.get();
        } catch (java.util.concurrent.ExecutionException e) {
            throw new AssertionError(e);
        }
    }
}
