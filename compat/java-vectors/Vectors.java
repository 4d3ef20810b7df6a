import com.alibaba.fastjson.JSON;
import com.alibaba.fastjson.serializer.SerializerFeature;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.JarFile;
import org.apache.rocketmq.common.BoundaryType;
import org.apache.rocketmq.common.TopicConfig;
import org.apache.rocketmq.common.constant.PermName;
import org.apache.rocketmq.common.consumer.ConsumeFromWhere;
import org.apache.rocketmq.common.message.MessageQueue;
import org.apache.rocketmq.common.message.MessageQueueAssignment;
import org.apache.rocketmq.remoting.CommandCustomHeader;
import org.apache.rocketmq.remoting.annotation.CFNotNull;
import org.apache.rocketmq.remoting.protocol.DataVersion;
import org.apache.rocketmq.remoting.protocol.LanguageCode;
import org.apache.rocketmq.remoting.protocol.RemotingCommand;
import org.apache.rocketmq.remoting.protocol.RemotingSerializable;
import org.apache.rocketmq.remoting.protocol.SerializeType;
import org.apache.rocketmq.remoting.protocol.admin.ConsumeStats;
import org.apache.rocketmq.remoting.protocol.admin.OffsetWrapper;
import org.apache.rocketmq.remoting.protocol.admin.TopicOffset;
import org.apache.rocketmq.remoting.protocol.admin.TopicStatsTable;
import org.apache.rocketmq.remoting.protocol.body.*;
import org.apache.rocketmq.remoting.protocol.heartbeat.*;
import org.apache.rocketmq.remoting.protocol.route.BrokerData;
import org.apache.rocketmq.remoting.protocol.route.QueueData;
import org.apache.rocketmq.remoting.protocol.route.TopicRouteData;
import org.apache.rocketmq.remoting.protocol.statictopic.TopicQueueMappingInfo;
import org.apache.rocketmq.remoting.protocol.subscription.ExponentialRetryPolicy;
import org.apache.rocketmq.remoting.protocol.subscription.GroupRetryPolicy;
import org.apache.rocketmq.remoting.protocol.subscription.GroupRetryPolicyType;
import org.apache.rocketmq.remoting.protocol.subscription.SubscriptionGroupConfig;

/**
 * Prints what Apache's released classes say about headers, frames and bodies, as fixtures for the codec tests.
 * Usage: java Vectors.java <folder of the fixtures> <rocketmq-remoting jar>
 */
public final class Vectors {
    private static final String PROTOCOL = "org/apache/rocketmq/remoting/protocol/";
    private static final long TIME = 1795220487717L;
    private static final String[] FRAMED = {
        "SendMessageRequestHeader", "SendMessageRequestHeaderV2", "SendMessageResponseHeader",
        "PullMessageRequestHeader", "PullMessageResponseHeader", "UpdateConsumerOffsetRequestHeader",
        "SearchOffsetRequestHeader", "CreateTopicRequestHeader", "RegisterBrokerRequestHeader",
        "GetRouteInfoRequestHeader", "EndTransactionRequestHeader", "ConsumerSendMsgBackRequestHeader",
        "ResetOffsetRequestHeader", "PopMessageRequestHeader",
    };

    public static void main(String[] args) throws Exception {
        Path folder = Path.of(args[0]);
        List<Class<?>> headers = headerClasses(args[1]);
        write(folder.resolve("apache-5.3.3-headers.json"), headerFields(headers));
        write(folder.resolve("apache-5.3.3-frames.json"), frames(headers));
        write(folder.resolve("apache-5.3.3-bodies.json"), bodies());
    }

    private static void write(Path file, Object vectors) throws Exception {
        Map<String, Object> root = new LinkedHashMap<>();
        root.put("source", "printed by compat/java-vectors/Vectors.java from the jars of the Apache RocketMQ 5.3.3 release");
        root.put("vectors", vectors);
        String text = JSON.toJSONString(root, SerializerFeature.PrettyFormat, SerializerFeature.WriteMapNullValue);
        Files.writeString(file, text.replace("\t", "  ") + "\n");
    }

    private static List<Class<?>> headerClasses(String jar) throws Exception {
        List<Class<?>> classes = new ArrayList<>();
        try (JarFile file = new JarFile(jar)) {
            for (var entries = file.entries(); entries.hasMoreElements();) {
                String name = entries.nextElement().getName();
                if (!name.startsWith(PROTOCOL + "header/") || !name.endsWith(".class") || name.contains("$")) continue;
                Class<?> type = Class.forName(name.substring(0, name.length() - 6).replace('/', '.'));
                if (CommandCustomHeader.class.isAssignableFrom(type)) classes.add(type);
            }
        }
        return classes;
    }

    private static List<Field> fieldsOf(Class<?> type) {
        List<Field> fields = new ArrayList<>();
        for (Class<?> c = type; c != Object.class; c = c.getSuperclass()) {
            for (Field field : c.getDeclaredFields()) {
                if (!Modifier.isStatic(field.getModifiers()) && !field.isSynthetic()) fields.add(field);
            }
        }
        fields.forEach(field -> field.setAccessible(true));
        return fields;
    }

    /** Class name to fields: `string`, `int`, `long` or `boolean`, with `!` where declared as not null. */
    private static Map<String, Object> headerFields(List<Class<?>> headers) {
        Map<String, Object> result = new TreeMap<>();
        for (Class<?> type : headers) {
            Map<String, String> fields = new TreeMap<>();
            for (Field field : fieldsOf(type)) {
                fields.put(field.getName(), kind(field.getType()) + (field.isAnnotationPresent(CFNotNull.class) ? "!" : ""));
            }
            result.put(type.getSimpleName(), fields);
        }
        return result;
    }

    private static String kind(Class<?> type) {
        if (type == Integer.class || type == int.class) return "int";
        if (type == Long.class || type == long.class) return "long";
        if (type == Boolean.class || type == boolean.class) return "boolean";
        return type == String.class || type == BoundaryType.class ? "string" : type.getName();
    }

    private static List<Object> frames(List<Class<?>> headers) throws Exception {
        List<Object> result = new ArrayList<>();
        for (String name : FRAMED) {
            for (Class<?> type : headers) {
                if (type.getSimpleName().equals(name)) result.add(frame(type));
            }
        }
        return result;
    }

    private static Map<String, Object> frame(Class<?> type) throws Exception {
        Map<String, Object> fields = new TreeMap<>();
        CommandCustomHeader header = (CommandCustomHeader) type.getDeclaredConstructor().newInstance();
        int number = 0;
        for (Field field : fieldsOf(type)) {
            Object value = sample(field, number++);
            field.set(header, value);
            fields.put(field.getName(), value instanceof Long ? value : value.toString());
        }
        boolean response = type.getSimpleName().contains("Response");
        Map<String, Object> vector = new LinkedHashMap<>();
        vector.put("header", type.getSimpleName());
        vector.put("fields", text(fields));
        vector.put("json", hex(command(header, response).encode()));
        vector.put("rocketmq", binary(command(header, response)));
        return vector;
    }

    private static Map<String, String> text(Map<String, Object> fields) {
        Map<String, String> result = new TreeMap<>();
        fields.forEach((name, value) -> result.put(name, value.toString()));
        return result;
    }

    private static Object sample(Field field, int number) {
        switch (kind(field.getType())) {
            case "int": return 1000 + number;
            case "long": return TIME + number;
            case "boolean": return number % 2 == 0;
            default: return field.getType() == BoundaryType.class ? BoundaryType.UPPER : field.getName() + "\u4e2d\"\\\u0002" + number;
        }
    }

    private static RemotingCommand command(CommandCustomHeader header, boolean response) {
        RemotingCommand command = response
            ? RemotingCommand.createResponseCommandWithHeader(0, header)
            : RemotingCommand.createRequestCommand(310, header);
        command.setOpaque(-7);
        command.setVersion(479);
        command.setLanguage(LanguageCode.GO);
        command.setRemark("re\u00e4mark \ud83d\ude80");
        command.setBody(new byte[] {1, 2, 3});
        command.setSerializeTypeCurrentRPC(SerializeType.JSON);
        return command;
    }

    private static String binary(RemotingCommand command) {
        command.setSerializeTypeCurrentRPC(SerializeType.ROCKETMQ);
        ByteBuf out = Unpooled.buffer();
        command.fastEncodeHeader(out);
        out.writeBytes(command.getBody());
        return ByteBufUtil.hexDump(out);
    }

    private static String hex(ByteBuffer buffer) {
        return ByteBufUtil.hexDump(Unpooled.wrappedBuffer(buffer));
    }

    private static List<Object> bodies() throws Exception {
        List<Object> list = new ArrayList<>();
        json(list, "HeartbeatData", heartbeat());
        json(list, "SubscriptionGroupConfig", group());
        json(list, "RegisterBrokerBody", register());
        add(list, "RegisterBrokerBody", "compressed", ByteBufUtil.hexDump(register().encode(true)));
        add(list, "TopicConfig", "text", register().getTopicConfigSerializeWrapper().getTopicConfigTable().get("T").encode());
        json(list, "TopicRouteData", route());
        add(list, "TopicRouteData", "standardJson", new String(route().encode(SerializerFeature.BrowserCompatible,
            SerializerFeature.QuoteFieldNames, SerializerFeature.SkipTransientField, SerializerFeature.MapSortField), StandardCharsets.UTF_8));
        json(list, "ClusterInfo", cluster());
        json(list, "GetBrokerMemberGroupResponseBody", members());
        json(list, "ResetOffsetBody", resetOffset());
        json(list, "ConsumeStats", consumeStats());
        json(list, "TopicStatsTable", topicStats());
        json(list, "ConsumerConnection", consumers());
        json(list, "LockBatchRequestBody", lock());
        json(list, "QueryAssignmentResponseBody", assignment());
        KVTable table = new KVTable();
        table.setTable(new HashMap<>(Map.of("msgPutTotalTodayNow", "1", "quoted", "a\"b\\\u0001\u2028")));
        json(list, "KVTable", table);
        return list;
    }

    private static void json(List<Object> list, String name, Object body) {
        add(list, name, "json", new String(RemotingSerializable.encode(body), StandardCharsets.UTF_8));
    }

    private static void add(List<Object> list, String name, String form, String bytes) {
        Map<String, Object> vector = new LinkedHashMap<>();
        vector.put("body", name);
        vector.put("form", form);
        vector.put("content", bytes);
        list.add(vector);
    }

    private static SubscriptionData subscription() {
        SubscriptionData data = new SubscriptionData("T", "a||b");
        data.setSubVersion(TIME);
        data.getTagsSet().add("a");
        data.getCodeSet().add("a".hashCode());
        return data;
    }

    private static HeartbeatData heartbeat() {
        ConsumerData consumer = new ConsumerData();
        consumer.setGroupName("g");
        consumer.setConsumeType(ConsumeType.CONSUME_PASSIVELY);
        consumer.setMessageModel(MessageModel.CLUSTERING);
        consumer.setConsumeFromWhere(ConsumeFromWhere.CONSUME_FROM_FIRST_OFFSET);
        consumer.getSubscriptionDataSet().add(subscription());
        ProducerData producer = new ProducerData();
        producer.setGroupName("p");
        HeartbeatData heartbeat = new HeartbeatData();
        heartbeat.setClientID("10.0.0.1@123#1795220487717123");
        heartbeat.getConsumerDataSet().add(consumer);
        heartbeat.getProducerDataSet().add(producer);
        heartbeat.setHeartbeatFingerprint(-5);
        return heartbeat;
    }

    private static SubscriptionGroupConfig group() {
        GroupRetryPolicy policy = new GroupRetryPolicy();
        policy.setType(GroupRetryPolicyType.EXPONENTIAL);
        policy.setExponentialRetryPolicy(new ExponentialRetryPolicy());
        SubscriptionGroupConfig config = new SubscriptionGroupConfig();
        config.setGroupName("g");
        config.setGroupRetryPolicy(policy);
        return config;
    }

    private static DataVersion version() {
        return JSON.parseObject("{\"counter\":3,\"stateVersion\":1,\"timestamp\":" + TIME + "}", DataVersion.class);
    }

    private static RegisterBrokerBody register() {
        TopicConfig topic = new TopicConfig("T", 8, 4, PermName.PERM_READ | PermName.PERM_WRITE, 1);
        topic.setOrder(true);
        topic.getAttributes().put("message.type", "FIFO");
        TopicQueueMappingInfo mapping = new TopicQueueMappingInfo("S", 2, "broker-a", TIME);
        mapping.getCurrIdMap().put(0, 1);
        RegisterBrokerBody body = new RegisterBrokerBody();
        body.getFilterServerList().add("127.0.0.1:30001");
        body.getTopicConfigSerializeWrapper().setDataVersion(version());
        body.getTopicConfigSerializeWrapper().setMappingDataVersion(version());
        body.getTopicConfigSerializeWrapper().getTopicConfigTable().put("T", topic);
        body.getTopicConfigSerializeWrapper().getTopicQueueMappingInfoMap().put("S", mapping);
        return body;
    }

    private static BrokerData broker() {
        HashMap<Long, String> addresses = new HashMap<>();
        addresses.put(0L, "127.0.0.1:10911");
        addresses.put(1L, "127.0.0.1:10921");
        return new BrokerData("DefaultCluster", "broker-a", addresses, true);
    }

    private static TopicRouteData route() {
        QueueData queue = new QueueData();
        queue.setBrokerName("broker-a");
        queue.setReadQueueNums(8);
        queue.setWriteQueueNums(4);
        queue.setPerm(6);
        TopicRouteData route = new TopicRouteData();
        route.setOrderTopicConf("broker-a:4");
        route.setQueueDatas(Collections.singletonList(queue));
        route.setBrokerDatas(Collections.singletonList(broker()));
        route.setFilterServerTable(new HashMap<>());
        return route;
    }

    private static ClusterInfo cluster() {
        ClusterInfo info = new ClusterInfo();
        info.setBrokerAddrTable(new HashMap<>(Map.of("broker-a", broker())));
        info.setClusterAddrTable(new HashMap<>(Map.of("DefaultCluster", new HashSet<>(List.of("broker-a")))));
        return info;
    }

    private static GetBrokerMemberGroupResponseBody members() {
        BrokerMemberGroup group = new BrokerMemberGroup("DefaultCluster", "broker-a");
        group.setBrokerAddrs(broker().getBrokerAddrs());
        GetBrokerMemberGroupResponseBody body = new GetBrokerMemberGroupResponseBody();
        body.setBrokerMemberGroup(group);
        return body;
    }

    private static MessageQueue queue(int id) {
        return new MessageQueue("T", "broker-a", id);
    }

    private static ResetOffsetBody resetOffset() {
        ResetOffsetBody body = new ResetOffsetBody();
        body.setOffsetTable(new HashMap<>(Map.of(queue(0), 5L, queue(1), 1L << 40)));
        return body;
    }

    private static ConsumeStats consumeStats() {
        OffsetWrapper offset = new OffsetWrapper();
        offset.setBrokerOffset(10);
        offset.setConsumerOffset(7);
        offset.setPullOffset(8);
        offset.setLastTimestamp(TIME);
        ConsumeStats stats = new ConsumeStats();
        stats.setConsumeTps(1.5);
        stats.getOffsetTable().put(queue(0), offset);
        return stats;
    }

    private static TopicStatsTable topicStats() {
        TopicOffset offset = new TopicOffset();
        offset.setMaxOffset(10);
        offset.setLastUpdateTimestamp(TIME);
        TopicStatsTable table = new TopicStatsTable();
        table.setTopicPutTps(2.5);
        table.getOffsetTable().put(queue(0), offset);
        return table;
    }

    private static ConsumerConnection consumers() {
        Connection connection = new Connection();
        connection.setClientId("c");
        connection.setClientAddr("127.0.0.1:5000");
        connection.setLanguage(LanguageCode.GO);
        connection.setVersion(317);
        ConsumerConnection consumers = new ConsumerConnection();
        consumers.getConnectionSet().add(connection);
        consumers.getSubscriptionTable().put("T", subscription());
        consumers.setConsumeType(ConsumeType.CONSUME_ACTIVELY);
        consumers.setMessageModel(MessageModel.BROADCASTING);
        consumers.setConsumeFromWhere(ConsumeFromWhere.CONSUME_FROM_TIMESTAMP);
        return consumers;
    }

    private static LockBatchRequestBody lock() {
        LockBatchRequestBody body = new LockBatchRequestBody();
        body.setClientId("c");
        body.setConsumerGroup("g");
        body.getMqSet().add(queue(0));
        return body;
    }

    private static QueryAssignmentResponseBody assignment() {
        MessageQueueAssignment assignment = new MessageQueueAssignment();
        assignment.setMessageQueue(queue(0));
        QueryAssignmentResponseBody body = new QueryAssignmentResponseBody();
        body.setMessageQueueAssignments(new HashSet<>(List.of(assignment)));
        return body;
    }
}
