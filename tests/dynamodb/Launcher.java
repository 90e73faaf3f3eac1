import java.util.Arrays;
import java.util.stream.Stream;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import software.amazon.dynamodb.services.local.main.ServerRunner;
import software.amazon.dynamodb.services.local.server.DynamoDBProxyServer;

/** Starts DynamoDB Local on 127.0.0.1 and a free port, and prints its address: it has no option of its own for the first. */
public final class Launcher {
    public static void main(String[] arguments) throws Exception {
        DynamoDBProxyServer proxy = ServerRunner.createServerFromCommandLineArgs(arguments);
        var field = DynamoDBProxyServer.class.getDeclaredField("server");
        field.setAccessible(true);
        ServerConnector[] connectors = Arrays.stream(((Server) field.get(proxy)).getConnectors()).flatMap(
            connector -> connector instanceof ServerConnector c ? Stream.of(c) : Stream.empty()).toArray(ServerConnector[]::new);
        for (ServerConnector connector : connectors) {
            connector.setHost("127.0.0.1");
            connector.setPort(0);
        }
        proxy.safeStart();
        for (ServerConnector connector : connectors) {
            System.out.println("listening on http://127.0.0.1:" + connector.getLocalPort());
        }
        proxy.join();
    }
}
