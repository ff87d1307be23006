"""What runs inside a host: standard library only, nothing imported from the rest of lab.

These files are copied into the Docker image, and the netns engine uses them as they lie here.
"""
