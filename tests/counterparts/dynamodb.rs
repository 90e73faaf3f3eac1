//! AWS's own DynamoDB Local, in memory.

use super::installed;
use super::run::Run;

/// One empty DynamoDB. It takes any credentials and any region.
pub struct DynamoDbLocal {
    /// The endpoint.
    pub url: String,
    _run: Run,
}

impl DynamoDbLocal {
    /// Start one.
    pub async fn start() -> DynamoDbLocal {
        let run = Run::new("dynamodb");
        let folder = installed::folder("dynamodb").display().to_string();
        let arguments = [
            "-Xmx256m".to_owned(),
            // SQLite's library is unpacked into it: let it go with the run.
            "-Djava.io.tmpdir=.".to_owned(),
            format!("-Djava.library.path={folder}/lib"),
            "-cp".to_owned(),
            format!("{folder}:{folder}/lib/*"),
            "Launcher".to_owned(),
            "-inMemory".to_owned(),
            "-sharedDb".to_owned(),
            "-disableTelemetry".to_owned(),
        ];
        run.start("dynamodb", "java", &arguments, &[]);
        let url = run
            .ready("dynamodb", || async {
                let log = run.log("dynamodb");
                // A whole line: the address may be half written.
                log.split_inclusive('\n')
                    .find_map(|line| Some(line.strip_prefix("listening on ")?.strip_suffix('\n')?.to_owned()))
                    .ok_or("no address")
            })
            .await;
        DynamoDbLocal { url, _run: run }
    }
}
