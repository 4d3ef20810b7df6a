package compat;

import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;

/** What the harness passes on the command line, as {@code --name value}. */
public final class Settings {
    /** All name servers, separated by semicolons. */
    public final String namesrv;
    /** URL of the harness's control endpoint. */
    public final String control;
    /** Rounds of the kill -9 case. */
    public final int kills;
    public final CaseSet set;
    private final Pattern name;

    private Settings(Map<String, String> values) {
        namesrv = values.get("namesrv");
        control = values.get("control");
        kills = Integer.parseInt(values.getOrDefault("kills", "20"));
        set = CaseSet.valueOf(values.getOrDefault("set", "full").toUpperCase());
        name = Pattern.compile(values.getOrDefault("case", ".*"));
    }

    static Settings parse(String[] args) {
        Map<String, String> values = new HashMap<>();
        for (int i = 0; i + 1 < args.length; i += 2) {
            values.put(args[i].substring("--".length()), args[i + 1]);
        }
        return new Settings(values);
    }

    boolean wants(String caseName) {
        return name.matcher(caseName).matches();
    }
}
