"""What people and programs read: results, labs, hosts and scenarios, on a terminal or as JSON."""
