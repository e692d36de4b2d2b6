//! Which addresses are public, by IANA's special-purpose registries as of July 2026:
//! <https://www.iana.org/assignments/iana-ipv4-special-registry> and
//! <https://www.iana.org/assignments/iana-ipv6-special-registry>.
//!
//! The standard library's `is_global` is unstable, and the crates that copy it lack the newer blocks, so the table is
//! here.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{Ipv4Net, Ipv6Net};

const fn v4(address: [u8; 4], length: u8) -> Ipv4Net {
    let [a, b, c, d] = address;
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), length)
}

const fn v6(a: u16, b: u16, length: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, 0, 0, 0, 0, 0, 0), length)
}

/// A block counts as a whole, also where the registry calls a few addresses in it reachable: these belong to relays,
/// not to receivers.
const REFUSED_V4: [Ipv4Net; 16] = [
    v4([0, 0, 0, 0], 8),        // "this network", RFC 791
    v4([10, 0, 0, 0], 8),       // private, RFC 1918
    v4([100, 64, 0, 0], 10),    // carrier-grade NAT, RFC 6598
    v4([127, 0, 0, 0], 8),      // loopback, RFC 1122
    v4([168, 63, 129, 16], 32), // the host of a virtual machine at Azure, not in the registry
    v4([169, 254, 0, 0], 16),   // link-local, RFC 3927, with the metadata of cloud machines
    v4([172, 16, 0, 0], 12),    // private, RFC 1918
    v4([192, 0, 0, 0], 24),     // protocol assignments, RFC 6890
    v4([192, 0, 2, 0], 24),     // documentation, RFC 5737
    v4([192, 88, 99, 0], 24),   // 6to4 relays, RFC 7526
    v4([192, 168, 0, 0], 16),   // private, RFC 1918
    v4([198, 18, 0, 0], 15),    // benchmarking, RFC 2544
    v4([198, 51, 100, 0], 24),  // documentation, RFC 5737
    v4([203, 0, 113, 0], 24),   // documentation, RFC 5737
    v4([224, 0, 0, 0], 4),      // multicast, RFC 5771
    v4([240, 0, 0, 0], 4),      // reserved, RFC 1112, with the broadcast address
];

/// The only part of IPv6 from which IANA assigns addresses to hosts (RFC 4291 section 2.4). Outside it are loopback,
/// IPv4 in IPv6 (`::ffff:0:0/96`, `::/96`, `64:ff9b::/96`, `64:ff9b:1::/48`), `100::/64`, `5f00::/16`, unique-local,
/// link-local, site-local and multicast addresses, and what may be defined later.
const UNICAST_V6: Ipv6Net = v6(0x2000, 0, 3);

const REFUSED_V6: [Ipv6Net; 4] = [
    v6(0x2001, 0, 23),     // protocol assignments, RFC 2928: Teredo, benchmarking, ORCHID
    v6(0x2001, 0xdb8, 32), // documentation, RFC 3849
    v6(0x2002, 0, 16),     // 6to4, RFC 3056
    v6(0x3fff, 0, 20),     // documentation, RFC 9637
];

/// Returns whether an address is one that hosts on the public internet have.
#[must_use]
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => !REFUSED_V4.iter().any(|block| block.contains(&address)),
        IpAddr::V6(address) => {
            UNICAST_V6.contains(&address) && !REFUSED_V6.iter().any(|block| block.contains(&address))
        }
    }
}
