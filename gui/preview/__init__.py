"""The preview: before and after, judged fairly."""
