package compat;

import compat.cases.ActingCases;
import compat.cases.AssignmentCases;
import compat.cases.AuthCases;
import compat.cases.BodyCases;
import compat.cases.BroadcastCases;
import compat.cases.ClusteringCases;
import compat.cases.ColdDataCases;
import compat.cases.CrashCases;
import compat.cases.DelayCases;
import compat.cases.DiskCases;
import compat.cases.FilterCases;
import compat.cases.GroupChangeCases;
import compat.cases.HaCases;
import compat.cases.LitePullCases;
import compat.cases.OffsetCases;
import compat.cases.OrderCases;
import compat.cases.PlainAclCases;
import compat.cases.PopCases;
import compat.cases.LiteCases;
import compat.cases.ProxyCases;
import compat.cases.ProxyTransactionCases;
import compat.cases.PullCases;
import compat.cases.RelayCases;
import compat.cases.RequestReplyCases;
import compat.cases.RestartCases;
import compat.cases.RetryCases;
import compat.cases.SendCases;
import compat.cases.StaticTopicCases;
import compat.cases.TimerCases;
import compat.cases.TlsCases;
import compat.cases.TopicCases;
import compat.cases.TraceCases;
import compat.cases.TransactionCases;
import compat.cases.TransactionCrashCases;
import compat.cases.TwoServersCases;

/** Runs the cases of one set against running servers; the harness reads the result lines. */
public final class Main {
    private Main() {
    }

    public static void main(String[] args) throws Exception {
        // Short periods, so that a case does not wait for the client's housekeeping. Read when client classes load.
        System.setProperty("rocketmq.client.rebalance.waitInterval", "1000");
        System.setProperty("rocketmq.client.rebalance.minInterval", "500");
        Settings settings = Settings.parse(args);
        Registry registry = new Registry();
        if (settings.set == CaseSet.DISK) {
            DiskCases.register(registry, Math.max(settings.kills / 20, 1));
            TransactionCases.registerDisk(registry);
            TimerCases.registerDisk(registry);
        } else if (settings.set == CaseSet.TRANSACTION) {
            TransactionCases.register(registry);
            TransactionCrashCases.register(registry);
        } else if (settings.set == CaseSet.TIMER) {
            TimerCases.register(registry, Math.max(settings.kills / 20, 1));
        } else if (settings.set == CaseSet.POP) {
            PopCases.register(registry);
            FilterCases.registerBitMaps(registry);
        } else if (settings.set == CaseSet.PROXY) {
            ProxyCases.register(registry);
            ProxyTransactionCases.register(registry);
        } else if (settings.set == CaseSet.LITE) {
            LiteCases.register(registry);
        } else if (settings.set == CaseSet.AUTH) {
            AuthCases.register(registry);
        } else if (settings.set == CaseSet.ACTING) {
            ActingCases.register(registry);
        } else if (settings.set == CaseSet.PLAIN_ACL) {
            PlainAclCases.register(registry);
        } else if (settings.set == CaseSet.DELAY) {
            DelayCases.register(registry);
            ColdDataCases.register(registry);
        } else if (settings.set == CaseSet.HA) {
            HaCases.register(registry);
        } else {
            registerAll(registry);
        }
        boolean passed = new Runner(settings).run(registry.chosen(settings));
        // Some client versions leave threads that are not daemons.
        System.exit(passed ? 0 : 1);
    }

    private static void registerAll(Registry registry) {
        SendCases.register(registry);
        BodyCases.register(registry);
        FilterCases.register(registry);
        TopicCases.register(registry);
        ClusteringCases.register(registry);
        BroadcastCases.register(registry);
        GroupChangeCases.register(registry);
        PullCases.register(registry);
        LitePullCases.register(registry);
        OrderCases.register(registry);
        OffsetCases.register(registry);
        RetryCases.register(registry);
        RequestReplyCases.register(registry);
        RelayCases.register(registry);
        AssignmentCases.register(registry);
        TraceCases.register(registry);
        RestartCases.register(registry);
        TwoServersCases.register(registry);
        StaticTopicCases.register(registry);
        CrashCases.register(registry);
        if (Boolean.getBoolean("tls.enable")) {
            TlsCases.register(registry);
        }
    }
}
