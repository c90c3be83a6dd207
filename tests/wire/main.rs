mod peers;
mod vectors;
