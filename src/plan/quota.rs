use crate::observe::Market;
use crate::plan::{Failure, Offering};

/// A class of instances: what its types begin with, its name, and the codes of its quotas on demand and for spot.
type Class = (&'static [&'static str], &'static str, Option<&'static str>, Option<&'static str>);

/// The quotas of EC2 (EC2 User Guide, "Amazon EC2 service quotas" and "Spot Instance quotas"; codes are the same in every region). A code that
/// is not known for certain is left out.
const CLASSES: &[Class] = &[
    (&["a", "c", "d", "h", "i", "m", "r", "t", "z"], "Standard (A, C, D, H, I, M, R, T, Z)", Some("L-1216C47A"), Some("L-34B43A08")),
    (&["f"], "F", Some("L-74FC7D96"), Some("L-88CF9481")),
    (&["g", "vt"], "G and VT", Some("L-DB2E81BA"), Some("L-3819A6DF")),
    (&["inf"], "Inf", Some("L-1945791B"), Some("L-B5D1601B")),
    (&["p"], "P", Some("L-417A185B"), Some("L-7212CCBC")),
    (&["x"], "X", Some("L-7295265B"), Some("L-E3A00192")),
    (&["trn"], "Trn", Some("L-2C3B7624"), None),
    (&["dl"], "DL", Some("L-6E869C2A"), Some("L-85EED4F7")),
];

/// Which quota of the account stands in the way of this offering, and how it is raised; for a failure that another quota or
/// no quota is behind, what is known of it.
pub(crate) fn quota_in_words(failure: &Failure, offering: &Offering) -> String {
    match failure.code.as_str() {
        "PendingVerification" => "AWS is verifying the account, which ends by itself or by a message from AWS Support".to_owned(),
        "VolumeLimitExceeded" | "MaxIOPSLimitExceeded" => {
            "a quota of EBS is used up: Service Quotas, service `ebs`, shows which and raises it".to_owned()
        }
        _ => of_instances(offering),
    }
}

fn of_instances(offering: &Offering) -> String {
    let class = offering.instance_type.as_deref().and_then(class_of);
    let classes = class.map_or("…", |(_, name, _, _)| name);
    let (name, code) = match offering.market {
        Market::OnDemand => (format!("Running On-Demand {classes} instances"), class.and_then(|(_, _, on_demand, _)| *on_demand)),
        Market::Spot => (format!("All {classes} Spot Instance Requests"), class.and_then(|(_, _, _, spot)| *spot)),
    };
    let (known_as, option) = match code {
        Some(code) => (format!("`{name}` ({code})"), format!("--quota-code {code}")),
        None => (format!("`{name}`"), "--quota-code CODE".to_owned()),
    };
    format!(
        "the account's quota {known_as} is used up, which counts vCPUs in this region: raise it under Service Quotas, Amazon EC2, or with \
         `aws service-quotas request-service-quota-increase --service-code ec2 {option} --desired-value VCPUS`"
    )
}

/// By the letters that a type begins with: `inf1.xlarge` is Inf, not I; `im4gn.large` and `hpc7a` stand for themselves.
fn class_of(instance_type: &str) -> Option<&'static Class> {
    let letters: String = instance_type.chars().take_while(char::is_ascii_lowercase).collect();
    // `is`, `im` are storage types of the class I, and `mac`, `hpc` and `u` have quotas of their own.
    let letters = if matches!(letters.as_str(), "im" | "is") { "i".to_owned() } else { letters };
    CLASSES.iter().find(|(prefixes, ..)| prefixes.contains(&letters.as_str()))
}

#[cfg(test)]
mod tests {
    use crate::observe::Market;
    use crate::plan::quota::quota_in_words;
    use crate::plan::{Failure, FailureClass, Offering};

    fn words(code: &str, market: Market, instance_type: &str) -> String {
        let failure = Failure { class: FailureClass::Market, code: code.to_owned(), message: String::new() };
        let instance_type = Some(instance_type.to_owned());
        quota_in_words(&failure, &Offering { market, instance_type, zone: "1a".to_owned(), subnet: "subnet-a".to_owned() })
    }

    #[test]
    fn a_quota_is_named_by_class_and_market_with_the_way_to_raise_it() {
        let cases = [
            (Market::OnDemand, "t3.small", "`Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances` (L-1216C47A)"),
            (Market::Spot, "m5.large", "`All Standard (A, C, D, H, I, M, R, T, Z) Spot Instance Requests` (L-34B43A08)"),
            (Market::Spot, "im4gn.large", "(L-34B43A08)"),
            (Market::Spot, "g5.xlarge", "`All G and VT Spot Instance Requests` (L-3819A6DF)"),
            (Market::OnDemand, "inf2.xlarge", "`Running On-Demand Inf instances` (L-1945791B)"),
            (Market::Spot, "trn1.2xlarge", "`All Trn Spot Instance Requests` is used up"),
            (Market::OnDemand, "hpc7a.96xlarge", "`Running On-Demand … instances` is used up"),
        ];
        for (market, instance_type, expected) in cases {
            let text = words("VcpuLimitExceeded", market, instance_type);
            assert!(text.contains(expected), "{text}");
            assert!(text.contains("request-service-quota-increase --service-code ec2 --quota-code "), "{text}");
        }
        assert!(words("VolumeLimitExceeded", Market::OnDemand, "t3.small").contains("EBS"));
        assert!(!words("PendingVerification", Market::OnDemand, "t3.small").contains("quota"));
    }
}
