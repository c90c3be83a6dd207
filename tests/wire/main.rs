mod peers;
mod sent;
mod vectors;
