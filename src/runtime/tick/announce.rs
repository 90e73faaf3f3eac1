use futures_util::future::join_all;

use crate::announce::{Announcement, Announcer as _};
use crate::ledger::{Ledger as _, Unannounced};
use crate::rules::Channel;
use crate::runtime::World;
use crate::runtime::tick::look::in_time;
use crate::runtime::tick::run::Run;

/// Sends what was committed, and forgets what went out; the rest is the next tick's.
pub(super) async fn announce<W: World>(run: &mut Run<'_, W>) {
    if run.state.unannounced.is_empty() {
        return;
    }
    let (world, cutoff) = (run.world, run.order.deadline);
    let cluster = &run.order.cluster.name;
    let sends = run.state.unannounced.iter().flat_map(|news| {
        news.channels.iter().map(move |channel| async move {
            let announcement = announcement(cluster, news);
            let sent = in_time(world.clock(), cutoff, world.announcer().announce(*channel, &announcement)).await;
            (*channel, announcement, sent)
        })
    });
    let mut sent: Vec<(Channel, String)> = Vec::new();
    for (channel, announcement, result) in join_all(sends).await {
        match result {
            Some(Ok(())) => {
                sent.push((channel, announcement.id.clone()));
                run.report.announced.push(announcement);
            }
            Some(Err(reason)) => run.report.missing.push(format!("news `{}` did not go out: {reason}", announcement.title)),
            None => run.report.missing.push(format!("news `{}` did not go out in time", announcement.title)),
        }
    }
    if sent.is_empty() {
        return;
    }
    for news in &mut run.state.unannounced {
        let id = announcement(cluster, news).id;
        news.channels.retain(|channel| !sent.contains(&(*channel, id.clone())));
    }
    run.state.unannounced.retain(|news| !news.channels.is_empty());
    // Where this write fails the news goes out once more, under the same id.
    let _ = world.ledger().announced(&run.lease, &run.state).await;
}

fn announcement(cluster: &str, news: &Unannounced) -> Announcement {
    Announcement {
        id: format!("{cluster}/{}/{}", news.at, news.n),
        at: news.at,
        cluster: cluster.to_owned(),
        topic: news.topic,
        title: news.title.clone(),
        text: news.text.clone(),
    }
}
