"""Reads across the rooms: home pages, trails, figures."""
