"""Lập lịch và phát hành nội dung cải cách hành chính: people, posts, approvals, deliveries, reach, reports."""
